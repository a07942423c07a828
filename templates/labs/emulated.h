// Whether the processor is emulated, and what it calls itself: times are none there. For the order `machine` of programs under test.
#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>

static void say_machine(void) {
  unsigned a, b, c, d;
  char name[13] = "none";
  /* The processor's own word that there is a hypervisor, then the hypervisor's name. */
  if (__get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 31)) != 0) {
    __cpuid(0x40000000, a, b, c, d);
    memcpy(name, &b, 4);
    memcpy(name + 4, &c, 4);
    memcpy(name + 8, &d, 4);
    name[12] = 0;
  }
  printf("%s %s\n", strcmp(name, "TCGTCGTCGTCG") == 0 ? "emulated" : "real", name);
}
#else
/* Nothing tells QEMU's emulation from its virtual machines here: any QEMU may be one. */
static void say_machine(void) {
  char vendor[64] = "none";
  FILE *file = fopen("/sys/class/dmi/id/sys_vendor", "r");
  if (file != NULL) {
    if (fscanf(file, "%63s", vendor) != 1) strcpy(vendor, "none");
    fclose(file);
  }
  printf("%s %s\n", strcmp(vendor, "QEMU") == 0 ? "emulated" : "real", vendor);
}
#endif
