"""What befalls a system short of its death: lost answers, silence, full disks, wrong clocks, bad events."""
