"""Names that people know for Word constructs which the engine can't set, and what to do instead."""

from typing import Final

_RETYPE = ("请改为普通文字后重新上传。", "Write it as plain text and upload again.")
_ACCEPT = ("请接受或拒绝全部修订后重新上传。", "Accept or reject all changes and upload again.")

# local name -> Chinese, English, cure in both
CONSTRUCTS: Final[dict[str, tuple[str, str, str, str]]] = {
    "ins": ("未接受的修订", "a tracked insertion", *_ACCEPT),
    "del": ("未接受的修订", "a tracked deletion", *_ACCEPT),
    "moveFrom": ("未接受的修订", "a tracked move", *_ACCEPT),
    "moveTo": ("未接受的修订", "a tracked move", *_ACCEPT),
    "rPrChange": ("未接受的格式修订", "a tracked change of format", *_ACCEPT),
    "pPrChange": ("未接受的格式修订", "a tracked change of format", *_ACCEPT),
    "commentRangeStart": ("批注", "a comment", "请删除批注。", "Delete the comments."),
    "commentRangeEnd": ("批注", "a comment", "请删除批注。", "Delete the comments."),
    "commentReference": ("批注", "a comment", "请删除批注。", "Delete the comments."),
    "footnoteReference": ("脚注", "a footnote", "请将脚注并入正文。", "Move the note into the text."),
    "endnoteReference": ("尾注", "an endnote", "请将尾注并入正文。", "Move the note into the text."),
    "hyperlink": ("超链接", "a hyperlink", "请取消超链接，保留文字。", "Remove the link and keep its text."),
    "numPr": (
        "自动编号",
        "automatic numbering",
        "请将编号写成文字（如 9.1）。",
        "Write the number as text (such as 9.1).",
    ),
    "tabs": ("制表位", "tab stops", "请用表格对齐。", "Align with a table."),
    "tab": ("制表符", "a tab", "请用空格或表格代替。", "Use a space or a table."),
    "sdt": ("内容控件", "a content control", "请删除内容控件，保留文字。", "Remove the control and keep its text."),
    "pict": (
        "旧式图形或水印",
        "an old-style drawing or watermark",
        "请删除图形；图片请以嵌入型插入。",
        "Remove it; insert pictures in line with text.",
    ),
    "object": ("嵌入对象", "an embedded object", "请删除嵌入对象。", "Remove the object."),
    "?AlternateContent": (
        "文本框或形状",
        "a text box or shape",
        "请改为普通段落或表格。",
        "Use a plain paragraph or a table.",
    ),
    "vanish": ("隐藏文字", "hidden text", "请取消隐藏或删除该文字。", "Show the text or delete it."),
    "highlight": ("突出显示", "highlighting", "请取消突出显示。", "Remove the highlighting."),
    "fldSimple": ("域", "a field", *_RETYPE),
    "sym": ("符号字体字符", "a symbol-font character", "请改用普通字符。", "Use an ordinary character."),
    "caps": ("全部大写", "all capitals", *_RETYPE),
    "smallCaps": ("小型大写", "small capitals", *_RETYPE),
    "framePr": ("图文框", "a frame", "请改为普通段落。", "Use a plain paragraph."),
    "pBdr": ("段落边框", "a paragraph border", "请删除段落边框或改用表格。", "Remove the border or use a table."),
    "shd": ("段落底纹", "shading of a paragraph", "请删除底纹。", "Remove the shading."),
    "w": ("字符缩放", "scaled characters", "请恢复为 100%。", "Set the scale back to 100%."),
    "position": ("字符升降", "raised or lowered characters", "请恢复为标准位置。", "Set the position back to normal."),
    "tblpPr": ("浮动表格", "a floating table", "请将表格设为不环绕。", "Set the table not to wrap."),
    "tblStylePr": ("表格条件格式", "conditional formatting of a table", "请使用普通表格。", "Use a plain table."),
    "titlePg": (
        "首页不同的页眉页脚",
        "a different first page",
        "请取消“首页不同”。",
        "Switch “different first page” off.",
    ),
    "pgBorders": ("页面边框", "page borders", "请删除页面边框。", "Remove the page borders."),
    "tbl": ("表格中的表格", "a table inside a table", "请改为单层表格。", "Use one table."),
}
_OTHER = ("一项 Word 特性", "a feature of Word", "请删除后重新上传。", "Remove it and upload again.")


def described(name: str) -> dict[str, str]:
    """The words for a construct by its short name."""
    zh, en, cure_zh, cure_en = CONSTRUCTS.get(name, _OTHER)
    return {"zh": zh, "en": en, "cure_zh": cure_zh, "cure_en": cure_en, "detail": name.lstrip("?")}
