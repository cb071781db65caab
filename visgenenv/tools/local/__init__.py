"""Editing tools executed on real files: libavfilter graphs and encoders through PyAV, letters by Pillow."""
