"""What vendors send, and what becomes of it. Every delivery is made here, from the published shapes."""
