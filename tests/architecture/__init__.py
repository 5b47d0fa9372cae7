"""The rules about who may know whom, each seen to fail when it is broken."""
