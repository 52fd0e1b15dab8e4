"""Side by side with peers, as ratios in one run: ``python -m benchmarks``.

Machines are noisy, so peers take turns in rounds, and what is printed are medians: of figures, and of the ratios of
figures that were taken in the same round. CPU time says more than wall time.
"""
