/* Writes down what a process does to the files of one folder: creates, writes, truncations, syncs, unlinks,
 * renames and links, in order. Preloaded into the process under test; `powerloss.py` replays what it wrote.
 *
 *   RECORDER_FOLDER    the folder watched
 *   RECORDER_LOG       where the operations are appended, outside that folder
 *   RECORDER_FAIL_SYNC the sync of a watched file that fails with EIO, counted from 1; absent or 0: none
 *
 * One operation: u8 what, u32 length of the path, u64 offset, u64 length of the data, the path, the data. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_FILES 4096
static char *watched[MOST_FILES];
static int out = -1;
static long syncs, failing;
static const char *folder;
static size_t folder_length;

static void begin(void) {
    if (folder) return;
    folder = getenv("RECORDER_FOLDER");
    if (!folder) { folder = ""; return; }
    folder_length = strlen(folder);
    const char *fail = getenv("RECORDER_FAIL_SYNC");
    failing = fail ? atol(fail) : 0;
    const char *log = getenv("RECORDER_LOG");
    if (log) out = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int inside(const char *path) {
    begin();
    return folder_length && path && strncmp(path, folder, folder_length) == 0 &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

static void say(char what, const char *path, uint64_t offset, const void *data, uint64_t length) {
    if (out < 0) return;
    uint32_t named = (uint32_t)strlen(path);
    size_t size = 1 + 4 + 8 + 8 + named + length;
    char *line = malloc(size), *at = line;
    *at++ = what;
    memcpy(at, &named, 4); at += 4;
    memcpy(at, &offset, 8); at += 8;
    memcpy(at, &length, 8); at += 8;
    memcpy(at, path, named); at += named;
    if (length) memcpy(at, data, length);
    for (size_t done = 0; done < size;) {
        long wrote = syscall(SYS_write, out, line + done, size - done);
        if (wrote < 0) abort();
        done += (size_t)wrote;
    }
    free(line);
}

static int opened(const char *path, int flags, int mode, int there) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd < 0 || fd >= MOST_FILES || !inside(path)) return fd;
    watched[fd] = strdup(path);
    if (!there) say('C', path, 0, NULL, 0);
    else if (flags & O_TRUNC) say('T', path, 0, NULL, 0);
    return fd;
}

static int there(const char *path) { struct stat s; return inside(path) ? stat(path, &s) == 0 : 1; }

#define OPEN(name)                                                  \
    int name(const char *path, int flags, ...) {                    \
        int mode = 0;                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                        \
            va_list more; va_start(more, flags); mode = va_arg(more, int); va_end(more); \
        }                                                           \
        return opened(path, flags, mode, there(path));              \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                \
    int name(int at, const char *path, int flags, ...) {            \
        int mode = 0;                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                        \
            va_list more; va_start(more, flags); mode = va_arg(more, int); va_end(more); \
        }                                                           \
        if (path[0] == '/') return opened(path, flags, mode, there(path)); \
        return (int)syscall(SYS_openat, at, path, flags, mode);     \
    }
OPENAT(openat)
OPENAT(openat64)

int close(int fd) {
    if (fd >= 0 && fd < MOST_FILES && watched[fd]) { free(watched[fd]); watched[fd] = NULL; }
    return (int)syscall(SYS_close, fd);
}

static const char *of(int fd) { return fd >= 0 && fd < MOST_FILES ? watched[fd] : NULL; }

ssize_t write(int fd, const void *data, size_t n) {
    const char *path = of(fd);
    off_t at = path ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t wrote = syscall(SYS_write, fd, data, n);
    if (path && wrote > 0) say('W', path, (uint64_t)at, data, (uint64_t)wrote);
    return wrote;
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    ssize_t wrote = syscall(SYS_pwrite64, fd, data, n, at);
    const char *path = of(fd);
    if (path && wrote > 0) say('W', path, (uint64_t)at, data, (uint64_t)wrote);
    return wrote;
}
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) { return pwrite64(fd, data, n, at); }

int ftruncate64(int fd, off64_t size) {
    int done = (int)syscall(SYS_ftruncate, fd, size);
    const char *path = of(fd);
    if (path && done == 0) say('T', path, (uint64_t)size, NULL, 0);
    return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, long number) {
    const char *path = of(fd);
    if (path && ++syncs == failing) { say('F', path, 0, NULL, 0); errno = EIO; return -1; }
    int done = (int)syscall(number, fd);
    if (path && done == 0) say('S', path, 0, NULL, 0);
    return done;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int unlink(const char *path) {
    int done = (int)syscall(SYS_unlink, path);
    if (done == 0 && inside(path)) say('U', path, 0, NULL, 0);
    return done;
}

int rename(const char *from, const char *to) {
    int done = (int)syscall(SYS_rename, from, to);
    if (done == 0 && inside(to)) say('R', from, 0, to, strlen(to));
    return done;
}

int link(const char *from, const char *to) {
    int done = (int)syscall(SYS_link, from, to);
    if (done == 0 && inside(to)) say('L', from, 0, to, strlen(to));
    return done;
}
