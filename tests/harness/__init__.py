"""What integration tests are made of: a real Kafka, producers that remember, an independent consumer, bridges, clients."""
