/*
 * LD_PRELOAD of a lab host's libvirtd, for what this machine cannot show it; shape.c has the pins to invented CPUs and cells.
 *
 * 1. Raising RLIMIT_MEMLOCK always works. Zero-copy migration makes libvirt raise the limit of the QEMU process (prlimit), which needs CAP_SYS_RESOURCE.
 * Containers and small virtual machines often lack it, and the migration ends with
 * "cannot limit locked memory of process N: Operation not permitted". QEMU itself runs as root here, and
 * CAP_IPC_LOCK lifts that limit anyway: so a refused raise counts as done, and is logged to $LABSHIM_LOG.
 *
 * 2. $LABSHIM_SHARED is a network file system. All hosts do see that folder, but libvirt asks statfs, learns that it
 * is a local one, and refuses to migrate a guest with a disk there: "Migration without shared storage is unsafe".
 *
 * 3. A folder in PAGES, which only a host with an invented shape has, is a hugetlbfs of the page size (in kB) that it is
 * named after. It is a tmpfs: guests on huge pages start on a machine that has none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static void note(pid_t pid, unsigned long long bytes)
{
    const char *path = getenv("LABSHIM_LOG");
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (fd < 0)
        return;
    dprintf(fd, "memlock pid=%d bytes=%llu: refused, counted as done\n", (int)pid, bytes);
    close(fd);
}

int prlimit64(pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *new, struct rlimit64 *old)
{
    int rc = (int)syscall(SYS_prlimit64, pid, resource, new, old);
    if (rc == 0 || errno != EPERM || resource != RLIMIT_MEMLOCK || !new)
        return rc;
    note(pid, (unsigned long long)new->rlim_cur);
    return old ? (int)syscall(SYS_prlimit64, pid, resource, NULL, old) : 0;
}

int prlimit(pid_t pid, enum __rlimit_resource resource, const struct rlimit *new, struct rlimit *old)
{
    return prlimit64(pid, resource, (const struct rlimit64 *)new, (struct rlimit64 *)old);
}

#define NFS 0x6969
#define HUGETLBFS 0x958458f6
#define PAGES "/run/lab/pages/"

int statfs64(const char *path, struct statfs64 *answer)
{
    int (*real)(const char *, struct statfs64 *) = dlsym(RTLD_NEXT, "statfs64");
    const char *shared = getenv("LABSHIM_SHARED");
    int rc = real(path, answer);
    if (rc == 0 && shared && !strncmp(path, shared, strlen(shared)))
        answer->f_type = NFS;
    if (rc == 0 && !strncmp(path, PAGES, strlen(PAGES))) {
        answer->f_type = HUGETLBFS;
        answer->f_bsize = atol(path + strlen(PAGES)) * 1024;
    }
    return rc;
}

int statfs(const char *path, struct statfs *answer)
{
    return statfs64(path, (struct statfs64 *)answer);
}
