# SPDX-License-Identifier: Apache-2.0
"""Asks RabbitMQ whether a queue has a consumer."""

from __future__ import annotations

import amqp

from hvctl_lab import credentials
from hvctl_lab import paths
from hvctl_lab.services import rabbitmq


def is_consumed(lab: paths.Lab, queue: str) -> bool:
    """Return whether a program takes messages from a queue.

    :param lab: the lab
    :param queue: the queue, which need not exist
    :returns: False when nobody does, or RabbitMQ does not answer
    """
    connection = amqp.Connection(
        host=f'{paths.HOST}:{lab.port(paths.Port.RABBITMQ)}',
        userid=rabbitmq.USER,
        password=credentials.load(lab).rabbitmq,
        connect_timeout=5,
    )
    try:
        with connection:
            found = connection.channel().queue_declare(queue, passive=True)
            return bool(found.consumer_count)
    except (OSError, amqp.AMQPError):
        return False
