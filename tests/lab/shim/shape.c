/*
 * The other half of the shim: the CPUs and NUMA cells that `lab numa` invented for a host. The kernel has none of them and
 * refuses every pin to them, so here such a pin is checked against the invented shape as a kernel would, logged and
 * remembered, and the kernel never hears of it: threads run where they like, at the speed that they had.
 *
 *   pin time=1795260767616 pid=81 tid=90 thread="CPU 0/TCG" cpus=4,6
 *   bind time=1795260767616 pid=81 tid=81 thread="qemu-system-x86" call=mbind bytes=134217728 mode=bind nodes=2
 *
 * libvirt hands LD_PRELOAD on to QEMU, but no other variable: SHAPE says that the host has an invented shape, and where
 * its log is. Without SHAPE every call goes to the kernel as it came.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SHAPE "/run/lab/shape"      /* its text: the path of the log */
#define PINS "/run/lab/pins"        /* a file for each thread that was pinned, so that a new libvirtd still knows */
#define ONLINE_CPUS "/sys/devices/system/cpu/online"
#define ONLINE_CELLS "/sys/devices/system/node/online"
#define MOST 1024                   /* CPUs, or cells */
#define LIST (MOST * 5)             /* the text of a list of them */

struct set { unsigned char bytes[MOST / 8]; };

static int invented;                /* this host has such a shape */
static char log_path[256];
static struct set cpus, cells;

/* The kernel itself: libc's syscall() is what this file replaces. */
static long kernel(long number, long a, long b, long c, long d, long e, long f)
{
    long answer;
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(answer)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    if (answer < 0 && answer > -4096) {
        errno = (int)-answer;
        return -1;
    }
    return answer;
}

static int has(const struct set *set, size_t n) { return n < MOST && set->bytes[n / 8] >> (n % 8) & 1; }
static void add(struct set *set, size_t n) { if (n < MOST) set->bytes[n / 8] |= (unsigned char)(1 << (n % 8)); }

static size_t end_of(const struct set *set)
{
    size_t end = MOST;
    while (end && !has(set, end - 1))
        end--;
    return end;
}

/* What of a caller's mask exists; an empty answer is what a kernel refuses. */
static struct set existing(const void *mask, size_t bits, const struct set *all)
{
    struct set found = {{0}};
    for (size_t n = 0; n < bits && n < MOST; n++)
        if (((const unsigned char *)mask)[n / 8] >> (n % 8) & 1 && has(all, n))
            add(&found, n);
    return found;
}

static void to_list(const struct set *set, char *text)
{
    size_t length = 0;
    text[0] = 0;
    for (size_t n = 0; n < MOST; n++) {
        size_t last = n;
        if (!has(set, n))
            continue;
        while (has(set, last + 1))
            last++;
        length += (size_t)sprintf(text + length, last > n ? "%s%zu-%zu" : "%s%zu", length ? "," : "", n, last);
        n = last;
    }
}

static void from_list(const char *text, struct set *set)
{
    while (*text >= '0' && *text <= '9') {
        char *next;
        unsigned long first = strtoul(text, &next, 10), last = first;
        if (*next == '-')
            last = strtoul(next + 1, &next, 10);
        for (; first <= last && first < MOST; first++)
            add(set, first);
        text = *next == ',' ? next + 1 : next;
    }
}

/* A small file as text, without its last line end. */
static int read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    if (length > 0 && text[length - 1] == '\n')
        text[length - 1] = 0;
    return length > 0;
}

static void read_shape(void)
{
    char list[LIST];
    if (!read_text(SHAPE, log_path, sizeof log_path))
        return;
    if (read_text(ONLINE_CPUS, list, sizeof list))
        from_list(list, &cpus);
    if (read_text(ONLINE_CELLS, list, sizeof list))
        from_list(list, &cells);
    invented = 1;
}

/* Asked at each call: libnuma's own start comes before the one that this library could have. */
static int is_invented(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_shape);
    return invented;
}

/* What /proc says of a thread: its process, its name, and when it started, which no later thread of its number shares. */
struct thread { int pid; char name[64]; unsigned long long started; };

static struct thread thread_of(int tid)
{
    struct thread thread = {tid, "", 0};
    char path[64], text[4096], *at;
    snprintf(path, sizeof path, "/proc/%d/status", tid);
    if (read_text(path, text, sizeof text) && (at = strstr(text, "\nTgid:")))
        thread.pid = atoi(at + 6);
    snprintf(path, sizeof path, "/proc/%d/comm", tid);
    read_text(path, thread.name, sizeof thread.name);
    snprintf(path, sizeof path, "/proc/%d/stat", tid);
    if (read_text(path, text, sizeof text) && (at = strrchr(text, ')'))) {
        for (int field = 2; at && field < 22; field++)
            at = strchr(at + 1, ' ');
        thread.started = at ? strtoull(at, NULL, 10) : 0;
    }
    return thread;
}

static void note(const char *what, int tid, const struct thread *thread, const char *format, ...)
{
    char line[LIST + 512];
    struct timespec now;
    va_list values;
    int length, fd = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    length = snprintf(line, sizeof line, "%s time=%lld pid=%d tid=%d thread=\"%s\" ", what,
                      now.tv_sec * 1000LL + now.tv_nsec / 1000000, thread->pid, tid, thread->name);
    va_start(values, format);
    length += vsnprintf(line + length, sizeof line - (size_t)length, format, values);
    va_end(values);
    if (write(fd, line, (size_t)length) < 0) {       /* in one piece: several processes write there */
    }
    close(fd);
}

static int pin(int tid, size_t length, const void *mask)
{
    struct set wanted = existing(mask, length * 8, &cpus);
    struct thread thread;
    unsigned long probe[MOST / 64];
    char path[64], list[LIST];
    FILE *file;
    tid = tid ? tid : (int)kernel(SYS_gettid, 0, 0, 0, 0, 0, 0);
    if (kernel(SYS_sched_getaffinity, tid, sizeof probe, (long)probe, 0, 0, 0) < 0)
        return -1;                                   /* there is no such thread */
    if (!end_of(&wanted)) {
        errno = EINVAL;
        return -1;
    }
    thread = thread_of(tid);
    to_list(&wanted, list);
    note("pin", tid, &thread, "cpus=%s\n", list);
    snprintf(path, sizeof path, PINS "/%d", tid);
    file = fopen(path, "we");
    if (file) {
        fprintf(file, "%llu %s\n", thread.started, list);
        fclose(file);
    }
    return 0;
}

static int remembered(int tid, unsigned long long started, struct set *set)
{
    char path[64], text[LIST + 32], *list;
    snprintf(path, sizeof path, PINS "/%d", tid);
    if (!read_text(path, text, sizeof text) || strtoull(text, &list, 10) != started)
        return 0;
    from_list(list + 1, set);
    return 1;
}

/* Answers what a thread was pinned to; like its process if it was not, since new threads take over what made them has. */
static long pinned(int tid, size_t length, void *mask)
{
    struct set set = {{0}};
    struct thread thread;
    size_t size = (end_of(&cpus) + 63) / 64 * 8;
    unsigned long probe[MOST / 64];
    tid = tid ? tid : (int)kernel(SYS_gettid, 0, 0, 0, 0, 0, 0);
    if (kernel(SYS_sched_getaffinity, tid, sizeof probe, (long)probe, 0, 0, 0) < 0)
        return -1;
    if (length * 8 < end_of(&cpus)) {
        errno = EINVAL;
        return -1;
    }
    thread = thread_of(tid);
    if (!remembered(tid, thread.started, &set) && !remembered(thread.pid, thread_of(thread.pid).started, &set))
        set = cpus;
    size = size < length ? size : length;
    memcpy(mask, &set, size);
    return (long)size;
}

/* Binds memory (BYTES of it; 0: all that the thread will ask for) to cells of the invented ones. */
static int bind_memory(const char *call, unsigned long bytes, int mode, const void *nodes, unsigned long bits)
{
    static const char *const modes[] = {"default", "preferred", "bind", "interleave", "local", "preferred-many", "weighted-interleave"};
    struct set wanted = existing(nodes, bits, &cells);
    unsigned kind = (unsigned)mode & 0xff;           /* the rest are flags */
    int tid = (int)kernel(SYS_gettid, 0, 0, 0, 0, 0, 0);
    struct thread thread = thread_of(tid);
    char list[LIST];
    if (!end_of(&wanted)) {
        errno = EINVAL;
        return -1;
    }
    to_list(&wanted, list);
    note("bind", tid, &thread, "call=%s bytes=%lu mode=%s nodes=%s\n", call, bytes,
         kind < sizeof modes / sizeof *modes ? modes[kind] : "unknown", list);
    return 0;
}

/* A mask of cells that says something: the kernel counts one bit less than it is told. */
static int names_cells(const unsigned char *nodes, unsigned long bits)
{
    for (unsigned long n = 0; nodes && n + 1 < bits; n++)
        if (nodes[n / 8] >> (n % 8) & 1)
            return 1;
    return 0;
}

/* libnuma, also QEMU's, makes all its calls through here. */
long syscall(long number, ...)
{
    va_list values;
    long v[6];
    va_start(values, number);
    for (int i = 0; i < 6; i++)
        v[i] = va_arg(values, long);
    va_end(values);
    switch (number) {
    case SYS_mbind:
        if (is_invented() && names_cells((const unsigned char *)v[3], (unsigned long)v[4]))
            return bind_memory("mbind", (unsigned long)v[1], (int)v[2], (const void *)v[3], (unsigned long)v[4] - 1);
        break;
    case SYS_set_mempolicy:
        if (is_invented() && names_cells((const unsigned char *)v[1], (unsigned long)v[2]))
            return bind_memory("set_mempolicy", 0, (int)v[0], (const void *)v[1], (unsigned long)v[2] - 1);
        break;
    case SYS_sched_setaffinity:
        if (is_invented())
            return pin((int)v[0], (size_t)v[1], (const void *)v[2]);
        break;
    case SYS_sched_getaffinity:
        if (is_invented())
            return pinned((int)v[0], (size_t)v[1], (void *)v[2]);
        break;
    }
    return kernel(number, v[0], v[1], v[2], v[3], v[4], v[5]);
}

int sched_setaffinity(pid_t tid, size_t length, const cpu_set_t *mask)
{
    return is_invented() ? pin(tid, length, mask) : (int)kernel(SYS_sched_setaffinity, tid, (long)length, (long)mask, 0, 0, 0);
}

int sched_getaffinity(pid_t tid, size_t length, cpu_set_t *mask)
{
    long size = is_invented() ? pinned(tid, length, mask)
                              : kernel(SYS_sched_getaffinity, tid, (long)length, (long)mask, 0, 0, 0);
    if (size < 0)
        return -1;
    memset((char *)mask + size, 0, length - (size_t)size);
    return 0;
}

/* The kernel's number of a thread, which its CPU clock carries. */
static int number_of(pthread_t thread)
{
    clockid_t clock;
    return pthread_getcpuclockid(thread, &clock) ? -1 : ~(clock >> 3);
}

/* QEMU pins the threads that touch a guest's memory first with this. */
int pthread_setaffinity_np(pthread_t thread, size_t length, const cpu_set_t *mask)
{
    int (*real)(pthread_t, size_t, const cpu_set_t *);
    if (is_invented())
        return pin(number_of(thread), length, mask) < 0 ? errno : 0;
    real = (int (*)(pthread_t, size_t, const cpu_set_t *))dlsym(RTLD_NEXT, "pthread_setaffinity_np");
    return real(thread, length, mask);
}

int pthread_getaffinity_np(pthread_t thread, size_t length, cpu_set_t *mask)
{
    int (*real)(pthread_t, size_t, cpu_set_t *);
    if (is_invented())
        return sched_getaffinity(number_of(thread), length, mask) < 0 ? errno : 0;
    real = (int (*)(pthread_t, size_t, cpu_set_t *))dlsym(RTLD_NEXT, "pthread_getaffinity_np");
    return real(thread, length, mask);
}
