"""Customer tiers (defaults 2(c), 2(f)): scorecard, gates, hysteresis, levers, benefits, rebate, false key accounts."""
