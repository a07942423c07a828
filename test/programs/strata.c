/* Native half of Strata.java: a busy native method, calls back into Java, and libc frames (qsort) between native and Java.
   Built without frame pointers, as distributions build libraries. cc -O2 -fPIC -shared -I$JAVA_HOME/include -I…/linux */
#include <jni.h>
#include <stdlib.h>

static __thread JNIEnv *sorting_env;
static __thread jclass sorting_class;

__attribute__((noinline)) static jint spin_in_c(jint n) {
  volatile jint acc = n;
  for (jint i = 0; i < n; i++) acc = acc * 31 + (acc >> 3);
  return acc;
}

JNIEXPORT jint JNICALL Java_Strata_spin(JNIEnv *env, jclass cls, jint n) {
  (void)env;
  (void)cls;
  return spin_in_c(n) + 1;
}

JNIEXPORT jint JNICALL Java_Strata_spinLocked(JNIEnv *env, jclass cls, jint n) { return Java_Strata_spin(env, cls, n); }

JNIEXPORT jint JNICALL Java_Strata_callBack(JNIEnv *env, jclass cls, jint depth, jint seed) {
  jmethodID up = (*env)->GetStaticMethodID(env, cls, "fromNative", "(II)I");
  if (up == NULL) return 0;
  jint result = spin_in_c(50) & 1;
  return result + (*env)->CallStaticIntMethod(env, cls, up, depth, seed);
}

static int compare_in_java(const void *a, const void *b) {
  JNIEnv *env = sorting_env;
  jmethodID up = (*env)->GetStaticMethodID(env, sorting_class, "compareFromNative", "(II)I");
  if (up == NULL || (*env)->ExceptionCheck(env)) return 0;
  jint order = (*env)->CallStaticIntMethod(env, sorting_class, up, *(const jint *)a, *(const jint *)b);
  return (*env)->ExceptionCheck(env) ? 0 : order;
}

JNIEXPORT jint JNICALL Java_Strata_sortWithJava(JNIEnv *env, jclass cls, jintArray values) {
  jint copy[64];
  jsize length = (*env)->GetArrayLength(env, values);
  if (length > 64) length = 64;
  (*env)->GetIntArrayRegion(env, values, 0, length, copy);
  sorting_env = env;
  sorting_class = cls;
  qsort(copy, (size_t)length, sizeof copy[0], compare_in_java);
  return length > 0 ? copy[0] : 0;
}
