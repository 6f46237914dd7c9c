# Owns: the start of a process that bubblewrap made for one rollout alone: confine it, then converse.


def start_cold():
    cpu_seconds, memory_mb, processes, file_mb = (int(argument) for argument in sys.argv[1:5])
    os.closerange(CHANNEL + 1, 256)
    limit_program(cpu_seconds, memory_mb)
    limit_resources(processes, file_mb)
    filter_system_calls()
    converse_over_channel()


start_cold()
