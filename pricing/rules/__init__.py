"""The arithmetic of prices: pure, exact, with stated rounding."""
