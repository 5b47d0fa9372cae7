"""Where two services meet: the only tests that may know both."""
