"""What questions about the forecast are answered from, whoever asks: a route, a timer, or `verify`."""
