"""Spark over its Thrift server: the connection, and a copy of raw that the cluster sees."""
