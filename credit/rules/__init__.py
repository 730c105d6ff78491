"""Pure credit rules: indicators, scorecard, limit, exposure. Plain values in, plain values out."""
