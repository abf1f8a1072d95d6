{{ mart_agents('day') }}
