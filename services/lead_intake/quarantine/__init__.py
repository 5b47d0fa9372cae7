"""The quarantine: deliveries that are the vendor's and yield nothing yet, kept until a person decides."""
