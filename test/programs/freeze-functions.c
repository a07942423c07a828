// The kernel functions the freeze check looks at, reduced to what it looks for, compiled for a kernel address. Variants by -D:
//   (none)         the defect, as in 5.19 to 6.2 (mm/maccess.c, mm/usercopy.c, include/linux/uaccess.h)
//   NMI_OKAY       with the first half of the fix (commit d319f344561d, mm/maccess.c)
//   TEST_DISABLED  with its second half (mm/usercopy.c)
//   NO_VMAP_AREA   __check_object_size as before 5.19
// cc -O2 -ffreestanding -fno-pic -fcf-protection=none -mcmodel=kernel -mno-sse -static -nostdlib -Wl,-Ttext=0xffffffff81200000 -Wl,-e,0

typedef unsigned long size_t;
typedef _Bool bool;

struct task {
  char before[0x1418];
  int pagefault_disabled;
};

// A kernel's `current` is per CPU, at %gs.
static inline struct task *current_task(void) {
  struct task *task;
  __asm__ volatile("mov %%gs:0x1fb80,%0" : "=r"(task));
  return task;
}

#define OUTSIDE __attribute__((noinline, noipa))

OUTSIDE bool nmi_uaccess_okay(void) {
  __asm__ volatile("");
  return 1;
}

OUTSIDE bool is_vmalloc_addr(const void *address) { return (size_t)address > 0xffffc90000000000; }

OUTSIDE void *find_vmap_area(size_t address) {
  __asm__ volatile("");
  return (void *)address;
}

OUTSIDE void usercopy_abort(const char *what) { __asm__ volatile("" ::"r"(what)); }

OUTSIDE void __check_object_size(const void *pointer, size_t size, bool to_user) {
  if (!size) return;
  if ((size_t)pointer + size < (size_t)pointer) usercopy_abort("wrapped");
  if (is_vmalloc_addr(pointer)
#ifdef TEST_DISABLED
      && !current_task()->pagefault_disabled
#endif
  ) {
#ifdef NO_VMAP_AREA
    if (to_user) usercopy_abort("vmalloc");
#else
    if (!find_vmap_area((size_t)pointer)) usercopy_abort("vmalloc");
#endif
  }
}

OUTSIDE size_t raw_copy(void *to, const void *from, unsigned size) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from) : "c"(size) : "memory");
  return 0;
}

OUTSIDE long copy_from_user_nofault(void *to, const void *from, size_t size) {
  if (size > 0x7ffffffff000 || (size_t)from > 0x7ffffffff000 - size) return -14;
#ifdef NMI_OKAY
  if (!nmi_uaccess_okay()) return -14;
#endif
  struct task *task = current_task();
  task->pagefault_disabled++;
  __asm__ volatile("" ::: "memory"); // barrier(), as in pagefault_disable()
  __check_object_size(to, size, 0);
  long left = raw_copy(to, from, size);
  __asm__ volatile("" ::: "memory");
  task->pagefault_disabled--;
  return left ? -14 : 0;
}

OUTSIDE void what_comes_next(void) { __asm__ volatile(""); }
