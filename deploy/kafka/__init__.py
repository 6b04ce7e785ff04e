"""What the suite needs of Kafka: its topics."""
