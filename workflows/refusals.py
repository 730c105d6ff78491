"""The sentence for every refusal, the same on page, API and trail."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.problems import Problem
from workflows.rules import Refusal

SENTENCES = {
    "account_closed": gettext_lazy("Your account is closed."),
    "step_closed": gettext_lazy("This step has already been decided or is no longer needed."),
    "content_changed": gettext_lazy("The request has changed since you opened it. Please read it again."),
    "own_request": gettext_lazy("You submitted this request, so somebody else has to decide it."),
    "own_customer": gettext_lazy("You look after this customer, so somebody else has to decide."),
    "raises_own_limit": gettext_lazy(
        "It would raise the authority of your own role, so somebody else has to decide it."
    ),
    "edited_it": gettext_lazy("You edited this request, so somebody else has to decide it."),
    "no_authority": gettext_lazy("You do not hold the role that this step asks for."),
    "principal_apart": gettext_lazy(
        "You would act for somebody who may not decide this request, or has decided another step of it."
    ),
    "above_delegation": gettext_lazy(
        "Your delegation covers only amounts up to %(ceiling)s in the currency of the company."
    ),
    "already_decided": gettext_lazy("You have already decided another step of this request."),
    "needed_later": gettext_lazy(
        "Only you can decide the later step %(role)s, so somebody else has to decide this one."
    ),
    "above_ceiling": gettext_lazy("The amount is above your authority of %(ceiling)s."),
    "delegation_to_self": gettext_lazy("Nobody delegates to himself."),
    "delegation_period": gettext_lazy("The delegation must end after it begins, and in the future."),
    "delegation_too_long": gettext_lazy("A delegation lasts 30 days at most."),
    "nothing_to_delegate": gettext_lazy("There is nothing to delegate: no role that decides."),
    "delegate_inactive": gettext_lazy("This account is closed."),
    "delegate_without_role": gettext_lazy("The delegate needs a role other than sales representative."),
    "delegate_incompatible": gettext_lazy("A %(theirs)s may not act for a %(mine)s: nobody combines the two duties."),
    "delegation_needs_ceiling": gettext_lazy(
        "The delegate holds a lower role or another one; say up to which amount he may decide."
    ),
    "delegation_overlaps": gettext_lazy("You have already delegated some of this for some of that time."),
    "delegation_goes_round": gettext_lazy("With this delegation the items would come back to where they began."),
    "delegation_kind": gettext_lazy("There is no such kind of request."),
    "delegation_over": gettext_lazy("This delegation is already over."),
    "target_closed": gettext_lazy("This account is closed."),
    "target_same": gettext_lazy("Choose somebody else: this person has it already."),
    "target_apart": gettext_lazy(
        "This person asked for it, looks after the customer, edited it or has decided already, so he may not take it."
    ),
    "target_no_authority": gettext_lazy("This person holds neither the role of the step nor a higher one."),
    "target_needed_later": gettext_lazy("Only this person can decide the step %(role)s, so he may not take this one."),
    "already_out": gettext_lazy("It is already out for an opinion."),
    "not_out": gettext_lazy("It was not given out for an opinion."),
    "opinion_only": gettext_lazy("You were asked for your opinion; hand it back with it, others decide."),
    "opinion_missing": gettext_lazy("Please say your opinion."),
    "question_missing": gettext_lazy("Please say what you want to know."),
    "consult_confidential": gettext_lazy("The request is confidential, and this person does not see it."),
    "already_asked": gettext_lazy("This person has been asked and has not answered yet."),
    "already_answered": gettext_lazy("You have already answered."),
    "not_concerned": gettext_lazy("Only its submitter, its owner and those who watch it can urge."),
    "nothing_open": gettext_lazy("Nobody has to decide anything at the moment."),
    "reminded_lately": gettext_lazy("There was a reminder less than four working hours ago."),
    "same_version": gettext_lazy("The request is under this version of the policy already."),
    "not_policy_owner": gettext_lazy("Only the owner of the policy can do this."),
    "request_closed": gettext_lazy("This request is closed."),
    "in_force": gettext_lazy("This request has already taken effect."),
    "not_your_delegation": gettext_lazy("Only whoever delegates, or sales operations, can do this."),
    "reason_missing": gettext_lazy("Please give a reason."),
    "conditions_missing": gettext_lazy("Please give at least one condition."),
    "conditions_loosen": gettext_lazy("A condition can only tighten what was asked; return the request instead."),
    "conditions_past": gettext_lazy("The last day is in the past."),
    "customer_closed": gettext_lazy("We no longer trade with this customer; reject or return the request."),
    "not_yours": gettext_lazy("Only the person who submitted this request can do this."),
    "too_late": gettext_lazy("Somebody has already decided; please ask for the request to be returned."),
    "not_returned": gettext_lazy("This request is not waiting for a revision."),
    "already_submitted": gettext_lazy("This application has already been submitted."),
    "unknown_verb": gettext_lazy("There is no such decision."),
    "not_in_this_step": gettext_lazy("This step does not offer that decision."),
    "not_an_earlier_stage": gettext_lazy("Only an earlier stage in which somebody has decided can be asked again."),
    "not_your_decision": gettext_lazy("Only the person who decided can take the decision back."),
    "decided_since": gettext_lazy("Somebody has decided since, so your decision can no longer be taken back."),
    "not_under_way": gettext_lazy("This is only possible while the request is in review."),
    "objection_stands": gettext_lazy("Your objection has brought in more people, so it can no longer be taken back."),
    "nobody_chosen": gettext_lazy("Please choose a person or a role."),
    "added_barred": gettext_lazy("%(name)s has a part in this request and cannot approve it."),
    "added_already": gettext_lazy("%(name)s is already asked in this request or has decided in it."),
    "added_without_role": gettext_lazy("%(name)s holds no role that can approve requests of this kind here."),
    "added_nobody": gettext_lazy("Nobody can act as %(role)s for this request at the moment."),
    "added_too_late": gettext_lazy("An opinion after your decision would change nothing; ask for it before."),
    "not_your_addition": gettext_lazy("Only the person who added this approver can remove him."),
    "addition_answered": gettext_lazy("The approver whom you added has already answered."),
    "addition_needed": gettext_lazy("You have decided on the understanding that this approver follows, so he stays."),
    "question_out": gettext_lazy("A question in this step has not been answered yet."),
    "not_asked": gettext_lazy("Only the submitter and the person who looks after the customer can answer."),
    "question_closed": gettext_lazy("This question has already been answered or is no longer needed."),
    "text_missing": gettext_lazy("Please write something."),
    "not_signing": gettext_lazy("This request is not waiting for signatures."),
    "busy": gettext_lazy("Somebody else is deciding this request at this moment. Please try again."),
    "filters_many": gettext_lazy("You keep %(most)s filters already; delete one first."),
    "filter_name_missing": gettext_lazy("Please give the filter a name."),
    "filter_name_long": gettext_lazy("A name has at most %(most)s characters."),
    "filter_name_taken": gettext_lazy("You have a filter of this name already."),
    "comment_empty": gettext_lazy("Please write something."),
    "comment_long": gettext_lazy("A comment has at most %(most)s characters."),
    "watcher_closed": gettext_lazy("This account is closed."),
    "watcher_confidential": gettext_lazy("The request is confidential, and this colleague does not see it."),
    "watcher_not_yours": gettext_lazy("Somebody else keeps this colleague informed."),
    "bulk_size": gettext_lazy("Choose between 1 and %(most)s items."),
    "bulk_not_found": gettext_lazy("You do not see this item, or it does not exist."),
    "bulk_not_this_kind": gettext_lazy("Requests of this kind are decided one at a time."),
    "bulk_other_role": gettext_lazy("It waits for you in another role; decide it by itself."),
    "bulk_confidential": gettext_lazy("It is confidential; decide it by itself."),
    "bulk_above_cap": gettext_lazy("It is above %(cap)s, up to which items may be decided together."),
    "bulk_papers": gettext_lazy("Papers came with it that have to be read; open it."),
}


def problem(refusal: Refusal, field: str = "") -> Problem:
    """The refusal as it is raised, with the sentence in the active language."""
    sentence = str(SENTENCES[refusal.code]) % dict(refusal.values)
    errors = [{"field": field, "message": sentence}] if field else []
    return Problem(refusal.code, refusal.status, sentence, errors)


def infeasible(sentences: list[str]) -> Problem:
    """Submission refused: one sentence per reason."""
    return Problem(
        "not_submittable",
        422,
        _("This request cannot be submitted yet."),
        [{"field": "", "message": sentence} for sentence in sentences],
    )
