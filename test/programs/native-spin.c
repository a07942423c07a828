/*
 * A library for NativeSpin.java: cc -DNAME=spinDeleted makes the one for that method. All builds have the same code at the same
 * offsets and differ only in names: symbols read from the wrong file show as the wrong names.
 */
#include <jni.h>

#define PASTE(a, b) a##b
#define JOIN(a, b) PASTE(a, b)

__attribute__((noinline)) static jlong JOIN(work_of_, NAME)(jlong n) {
    for (int i = 0; i < 2000000; i++) n = n * 31 + i;
    return n;
}

JNIEXPORT jlong JNICALL JOIN(Java_NativeSpin_, NAME)(JNIEnv *env, jclass type, jlong n) {
    (void)env;
    (void)type;
    return JOIN(work_of_, NAME)(n) + 1;
}
