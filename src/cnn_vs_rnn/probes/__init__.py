"""Measurements that are no training metric: gradient reach, receptive field, memory horizon, step time, saved bytes."""
