"""The contract for others, generated from the models into `docs/`: schemas, examples, AsyncAPI. Does no Kafka."""
