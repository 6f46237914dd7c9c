# Owns: the system calls that model-written code cannot make, as a seccomp filter built without any library.
# Must not know: why the process is confined. A refused call fails with EPERM, as on a machine that forbids it.
import os
import struct

# name: (x86_64, aarch64). What Python programs need stays open; what opens a way into the kernel or to other processes is shut.
REFUSED = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272), "pidfd_getfd": (438, 438),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "unshare": (272, 97), "setns": (308, 268), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "acct": (163, 89), "quotactl": (179, 60), "quotactl_fd": (443, 443), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262), "personality": (135, 92), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266), "syslog": (103, 116),
    "move_pages": (279, 239), "migrate_pages": (256, 238), "vhangup": (153, 58),
    # Memory that neither the address-space limit nor the size of the work directory would count.
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
}  # fmt: skip
MACHINES = {"x86_64": (0, 0xC000003E, 41, 56), "aarch64": (1, 0xC00000B7, 198, 220)}  # column, audit arch, socket, clone
CLONE3 = 435
NEW_NAMESPACES = 0x7E020000
AF_UNIX = 1
ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026


def seccomp_program(machine):
    """The BPF program for this machine, packed, or None where its system call numbers are not known here."""
    if machine not in MACHINES:
        return None
    column, arch, socket, clone = MACHINES[machine]
    load, equal, at_least, any_bit, give = 0x20, 0x15, 0x35, 0x45, 0x06
    code = [(load, 0, 0, 4), (equal, 1, 0, arch), (give, 0, 0, KILL), (load, 0, 0, 0)]
    if column == 0:  # the x32 calls are another door into the same kernel
        code += [(at_least, 0, 1, 0x40000000), (give, 0, 0, KILL)]
    code += [(equal, 0, 1, CLONE3), (give, 0, 0, ENOSYS)]
    code += [(equal, 0, 3, socket), (load, 0, 0, 16), (equal, 1, 0, AF_UNIX), (give, 0, 0, EPERM), (load, 0, 0, 0)]
    code += [(equal, 0, 3, clone), (load, 0, 0, 16), (any_bit, 0, 1, NEW_NAMESPACES), (give, 0, 0, EPERM), (load, 0, 0, 0)]
    # Each of these jumps to the last step: the shorter the program, the sooner the kernel has checked and translated it.
    numbers = [row[column] for row in REFUSED.values()]
    code += [(equal, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    code += [(give, 0, 0, ALLOW), (give, 0, 0, EPERM)]
    return b"".join(struct.pack("HBBI", *step) for step in code)


def seccomp_header():
    """What prctl takes: the program's length and address. Keeps the program alive. None where there is no program."""
    import ctypes

    program = seccomp_program(os.uname().machine)
    if program is None:
        return None
    held = ctypes.create_string_buffer(program, len(program))
    return struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held)), held


def filter_system_calls(libc=None, header=None):
    """Gives up new privileges and the refused system calls, for good and for all children. True where the filter is in force."""
    import ctypes

    libc = libc or ctypes.CDLL(None, use_errno=True)
    header = header or seccomp_header()
    if libc.prctl(38, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs")
    if header is None:
        return False
    if libc.prctl(22, 2, ctypes.c_char_p(header[0]), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return True
