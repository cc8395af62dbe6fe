"""Active liveness: challenges, what is seen frame by frame, and the judgement of the whole sequence."""
