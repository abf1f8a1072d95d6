{{ mart_of_scope('agent', 'month', name='agent_name') }}
