/*
 * The /init of a lab guest: dirties memory at a known rate, checks every page it wrote, and says so.
 *
 * Kernel command line words arrive as environment variables:
 *   ws=MIB     memory to write over and over          rate=KIB    KiB of pages dirtied per second, 0 = none
 *   writers=N  writing processes                      disk=1      also write to and read back /dev/vda
 *   channel=answer|silent  listen on the virtio channel: each line is printed as CHANNEL <line>, and answered or not
 *
 * Console (ttyS0), one line each 200 ms once READY was said:
 *   TICK <n> <MiB/s written in the last second> lost=<pages> work=<pages written since the start> scans=<complete checks of all pages>
 * Heartbeat: one byte each millisecond on the debug port. The guest cannot see its own blackout (its clock
 * stops with it), so the host timestamps these bytes; see beats/collector.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define WORDS (PAGE / 8)
#define BEAT_PORT 0xe9          /* not 0x402, where the BIOS writes its own messages */
#define REPORT_NS 200000000LL    /* a check of all pages that began after some moment is told 0.4 to 0.6 s after it */
#define SCAN_NS 10000000LL       /* of each report's 200 ms, at most this for checking: 5 % of one CPU */
#define RATE_REPORTS 5           /* the rate is that of so many reports: one alone shows how the writers sleep */
#define MAX_WRITERS 64

/* A slice of the working set and the one process that writes it: write k (from 1) goes to page (k-1) % pages. */
struct slice {
    uint64_t *memory;
    size_t first, pages;         /* first: number of the slice's first page in the whole working set */
    volatile uint64_t written;   /* writes finished: from this the expected content of every page follows */
};

struct shared {
    struct slice slices[MAX_WRITERS];
    volatile uint64_t lost;
    volatile uint64_t disk_errors;
};

static struct shared *shared;
static uint8_t *wrong;           /* one flag a page, so that a wrong page counts once however often it is seen */

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long setting(const char *name, long otherwise)
{
    const char *value = getenv(name);
    return value && *value ? atol(value) : otherwise;
}

static uint64_t mark(uint64_t k) { return k * 0x9e3779b97f4a7c15ULL; }
static uint64_t name_of(size_t page) { return page ^ 0x5aa5f00dULL; }

/* What write k leaves in a page. Each write moves to another word, so that no two versions look alike. */
static void write_page(uint64_t *q, uint64_t k)
{
    q[0] = k;
    q[2 + (k & 255)] = mark(k);
}

static int page_is(const uint64_t *q, size_t page, uint64_t k)
{
    return q[1] == name_of(page) && q[0] == k && (k == 0 || q[2 + (k & 255)] == mark(k));
}

static void count_lost(size_t page)
{
    if (!__atomic_exchange_n(&wrong[page], 1, __ATOMIC_RELAXED))
        __atomic_add_fetch(&shared->lost, 1, __ATOMIC_RELAXED);
}

/* The last write that page p of a slice has seen after `written` writes; 0 = still as filled. */
static uint64_t last_write(uint64_t written, size_t p, size_t pages)
{
    return written > p ? written - (written - 1 - p) % pages : 0;
}

static void fill(struct slice *s)
{
    uint64_t r = 88172645463325252ULL + s->first;
    for (size_t p = 0; p < s->pages; p++) {
        uint64_t *q = s->memory + p * WORDS;
        for (size_t i = 2; i < WORDS; i++) {             /* incompressible, or the stream would shrink it */
            r ^= r << 13; r ^= r >> 7; r ^= r << 17;
            q[i] = r;
        }
        q[0] = 0;
        q[1] = name_of(s->first + p);
    }
}

/* Writes a slice round and round at `rate` pages a second. Checks each page before it overwrites it: a page
 * that the migration lost and that is overwritten before the next scan would otherwise never be noticed. */
static void writer(struct slice *s, double rate)
{
    double due = 0;
    int64_t start = now_ns();
    for (;;) {
        for (int i = 0; i < 16; i++) {
            uint64_t k = s->written + 1;
            size_t p = (k - 1) % s->pages;
            uint64_t *q = s->memory + p * WORDS;
            if (!page_is(q, s->first + p, last_write(k - 1, p, s->pages)))
                count_lost(s->first + p);
            write_page(q, k);
            __atomic_store_n(&s->written, k, __ATOMIC_RELEASE);
        }
        due += 16 / rate * 1e9;
        int64_t ahead = start + (int64_t)due - now_ns();
        if (ahead > 1000000) {
            struct timespec t = { ahead / 1000000000, ahead % 1000000000 };
            nanosleep(&t, NULL);
        } else if (ahead < -500000000) {                  /* too slow for this rate: do not try to catch up */
            start = now_ns();
            due = 0;
        }
    }
}

/* Checks pages from where it left off until all are done or the time is up; 1 = this finished a whole round. */
static int scan(int slices)
{
    static int at;
    static size_t page;
    int64_t end = now_ns() + SCAN_NS;
    for (; at < slices; at++, page = 0) {
        struct slice *s = &shared->slices[at];
        for (; page < s->pages; page++) {
            if ((page & 255) == 255 && now_ns() > end)
                return 0;
            const uint64_t *q = s->memory + page * WORDS;
            uint64_t before = __atomic_load_n(&s->written, __ATOMIC_ACQUIRE);
            int right = page_is(q, s->first + page, last_write(before, page, s->pages));
            uint64_t after = __atomic_load_n(&s->written, __ATOMIC_ACQUIRE);
            /* the writer may have been in this very page meanwhile: then its own check covers it */
            int touched = last_write(after + 1, page, s->pages) != last_write(before, page, s->pages);
            if (!right && !touched)
                count_lost(s->first + page);
        }
    }
    at = 0;
    page = 0;
    return 1;
}

/* Each needs those before it; out of order the kernel answers "No such file or directory". */
static void load_modules(void)
{
    const char *names[] = { "virtio_ring", "virtio", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci", "virtio_blk",
                            "virtio_console" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "/modules/%s.ko", names[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
            printf("module %s: %s\n", names[i], strerror(errno));
        close(fd);
    }
}

/* 640 KiB/s to the disk, each block read back at once past every cache: an error or a wrong block is counted. */
static void disk_writer(void)
{
    static uint64_t out[8192] __attribute__((aligned(4096))), in[8192] __attribute__((aligned(4096)));
    int fd = -1;
    for (int i = 0; i < 50 && fd < 0; i++) {
        fd = open("/dev/vda", O_RDWR | O_DIRECT);
        usleep(100000);
    }
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    if (size < (off_t)sizeof out) {
        printf("disk: no usable /dev/vda\n");
        shared->disk_errors++;
        _exit(1);
    }
    for (uint64_t k = 1;; k++, usleep(100000)) {
        off_t at = (off_t)(k % (size / sizeof out) * sizeof out);
        for (size_t i = 0; i < sizeof out / 8; i++)
            out[i] = mark(k + i);
        if (pwrite(fd, out, sizeof out, at) != sizeof out || pread(fd, in, sizeof in, at) != sizeof in
            || memcmp(in, out, sizeof out))
            shared->disk_errors++;
    }
}

/* The guest has one channel at most; which controller and port it got is libvirt's business. */
static int open_channel(void)
{
    for (int i = 0; i < 50; i++, usleep(100000)) {
        for (int at = 0; at < 4 * 8; at++) {
            char path[32];
            snprintf(path, sizeof path, "/dev/vport%dp%d", at / 8, at % 8);
            int fd = open(path, O_RDWR | O_CLOEXEC);
            if (fd >= 0)
                return fd;
        }
    }
    printf("channel: no /dev/vport*\n");
    _exit(1);
}

/* Prints what somebody on the host says over the channel, a line each, and answers each line unless it is to be silent. */
static void listener(int answers)
{
    static char line[4096];
    size_t have = 0;
    int fd = open_channel();
    printf("CHANNEL listens\n");
    for (;;) {
        ssize_t got = read(fd, line + have, sizeof line - 1 - have);
        if (got <= 0) {                                   /* nobody is at the other end */
            usleep(20000);
            continue;
        }
        have += got;
        line[have] = 0;
        for (char *end; (end = strchr(line, '\n')); ) {
            *end = 0;
            printf("CHANNEL %s\n", line);
            if (answers && write(fd, "ready\n", 6) != 6)
                printf("channel: %s\n", strerror(errno));
            have -= end + 1 - line;
            memmove(line, end + 1, have + 1);
        }
        if (have == sizeof line - 1)
            have = 0;                                     /* no line is that long */
    }
}

static void heartbeat(void)
{
    struct sched_param first = { 1 };
    struct timespec t;
    sched_setscheduler(0, SCHED_FIFO, &first);
    if (ioperm(BEAT_PORT, 1, 1)) {
        printf("heartbeat: %s\n", strerror(errno));
        _exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &t);
    for (;;) {
        outb('.', BEAT_PORT);
        t.tv_nsec += 1000000;
        if (t.tv_nsec >= 1000000000) {
            t.tv_nsec -= 1000000000;
            t.tv_sec++;
        }
        struct timespec n;
        clock_gettime(CLOCK_MONOTONIC, &n);
        if (n.tv_sec > t.tv_sec || (n.tv_sec == t.tv_sec && n.tv_nsec > t.tv_nsec))
            t = n;                                        /* late: go on from here, no burst of missed beats */
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    }
}

static void *memory(size_t bytes)
{
    void *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED) {
        printf("memory: %s\n", strerror(errno));
        exit(1);                                          /* PID 1 ends: the guest panics and is gone, visibly */
    }
    return m;
}

static void open_console(void)
{
    int fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
    struct termios t;
    if (fd < 0)
        return;
    if (!tcgetattr(fd, &t)) {
        cfmakeraw(&t);
        t.c_oflag |= OPOST | ONLCR;
        tcsetattr(fd, TCSANOW, &t);
    }
    dup2(fd, 0);
    dup2(fd, 1);
    dup2(fd, 2);
    setvbuf(stdout, NULL, _IOLBF, 0);
}

int main(void)
{
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    open_console();

    size_t pages = setting("ws", 64) * (1024 * 1024 / PAGE);
    double rate = setting("rate", 0) * 1024.0 / PAGE;
    int writers = (int)setting("writers", 1);
    if (writers < 1 || writers > MAX_WRITERS)
        writers = 1;

    shared = memory(sizeof *shared);
    wrong = memory(pages);
    uint64_t *all = memory(pages * PAGE);
    for (int w = 0; w < writers; w++) {
        struct slice *s = &shared->slices[w];
        s->first = pages * w / writers;
        s->pages = pages * (w + 1) / writers - s->first;
        s->memory = all + s->first * WORDS;
        fill(s);
    }
    if (fork() == 0)
        heartbeat();
    const char *channel = getenv("channel");
    if (setting("disk", 0) || channel)
        load_modules();
    if (setting("disk", 0) && fork() == 0)
        disk_writer();
    if (channel && fork() == 0)
        listener(strcmp(channel, "silent") != 0);
    for (int w = 0; rate > 0 && w < writers; w++)
        if (fork() == 0)
            writer(&shared->slices[w], rate / writers);

    struct timespec boot;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    printf("READY ws=%ldMiB rate=%ldKiB/s writers=%d boot=%.1fs\n", setting("ws", 64), setting("rate", 0), writers,
           boot.tv_sec + boot.tv_nsec / 1e9);

    uint64_t scans = 0, sums[RATE_REPORTS] = { 0 };
    int64_t times[RATE_REPORTS];
    for (int i = 0; i < RATE_REPORTS; i++)
        times[i] = now_ns();
    for (uint64_t n = 1;; n++) {
        struct timespec t = { REPORT_NS / 1000000000, REPORT_NS % 1000000000 };
        nanosleep(&t, NULL);
        scans += scan(writers);
        uint64_t sum = 0;
        for (int w = 0; w < writers; w++)
            sum += shared->slices[w].written;
        int64_t now = now_ns();
        uint64_t *last = &sums[n % RATE_REPORTS];
        int64_t *since = &times[n % RATE_REPORTS];
        printf("TICK %lu %.1fMiB/s lost=%lu work=%lu scans=%lu", n, (sum - *last) * PAGE / 1048576.0 / ((now - *since) / 1e9),
               shared->lost, sum, scans);
        if (setting("disk", 0))
            printf(" disk-errors=%lu", shared->disk_errors);
        printf("\n");
        *last = sum;
        *since = now;
    }
}
