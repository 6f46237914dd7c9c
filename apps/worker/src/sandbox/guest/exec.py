# Owns: becoming another runtime, confined like ourselves: the limits, the filter and the channel pass on to it.


def start_exec():
    cpu_seconds, memory_mb, processes, file_mb = (int(argument) for argument in sys.argv[1:5])
    os.closerange(CHANNEL + 1, 256)
    limit_program(cpu_seconds, memory_mb)
    limit_resources(processes, file_mb)
    filter_system_calls()
    os.set_inheritable(CHANNEL, True)
    os.execv(sys.argv[5], sys.argv[5:])


start_exec()
