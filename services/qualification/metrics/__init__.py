"""Measures of the SDRs' work. No I/O."""
