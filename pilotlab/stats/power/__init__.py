"""Power: what a design can see, and the variance it rests on."""
