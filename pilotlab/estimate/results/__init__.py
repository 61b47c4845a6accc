"""Results: what an analysis returns, each with the same doors; they know nothing of who makes or draws them."""
