// A library for library-host.c. FUNCTION: the name of its function, so that two builds can be told apart.
#define TEXT(name) #name
#define NAME(name) TEXT(name)

static __thread volatile int thread_local_value = 42;

__attribute__((noinline)) static int local_function(int x) { return x * 3 + thread_local_value; }
__attribute__((noinline)) int FUNCTION(int x) { return local_function(x) + 1; }

void *address_of_function(void) { return FUNCTION; }
void *address_of_local(void) { return local_function; }
volatile int *address_of_thread_local(void) { return &thread_local_value; }
