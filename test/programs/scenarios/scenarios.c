/* The C side of Jni.java. Built without frame pointers, as libraries are:
   cc -O2 -fPIC -shared -fomit-frame-pointer -I$JAVA_HOME/include -I$JAVA_HOME/include/linux scenarios.c -o libscenarios.so */
#include <jni.h>

static volatile int sink;

__attribute__((noinline)) static int work(int n) {
  int acc = n;
  for (int i = 0; i < n; i++) {
    acc = acc * 31 + i;
    sink = acc;
  }
  return acc;
}

JNIEXPORT jint JNICALL Java_scenarios_Jni_down(JNIEnv *env, jclass cls, jint depth, jint x) {
  jmethodID method = (*env)->GetStaticMethodID(env, cls, "fromNative", "(II)I");
  if (method == NULL) return 0;
  jint below = (*env)->CallStaticIntMethod(env, cls, method, depth - 1, x);
  if ((*env)->ExceptionCheck(env)) return 0;
  return below + work(200);
}

JNIEXPORT jint JNICALL Java_scenarios_Jni_critical(JNIEnv *env, jclass cls, jintArray array, jint rounds) {
  (void)cls;
  jsize length = (*env)->GetArrayLength(env, array);
  jint *values = (*env)->GetPrimitiveArrayCritical(env, array, NULL);
  if (values == NULL) return 0;
  int acc = 0;
  for (int round = 0; round < rounds; round++)
    for (jsize i = 0; i < length; i++) acc = acc * 31 + (values[i] += round);
  sink = acc;
  (*env)->ReleasePrimitiveArrayCritical(env, array, values, 0);
  return acc;
}

JNIEXPORT jint JNICALL Java_scenarios_Jni_spin(JNIEnv *env, jclass cls, jint n) {
  (void)env, (void)cls;
  return work(n);
}

JNIEXPORT jint JNICALL Java_scenarios_Jni_spinLocked(JNIEnv *env, jclass cls, jint n) {
  (void)env, (void)cls;
  return work(n);
}
