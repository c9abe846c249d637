// A breakpoint of the tool interface (JVMTI), to be measured beside a probe; never shipped.
//
// Knows one breakpoint. Its callback counts, or reads one local variable of the type int and compares
// it. Invariant: whatever the machine refuses is raised to the caller, so that no row is of a breakpoint
// that does not sit.

#include <jvmti.h>
#include <stdio.h>
#include <string.h>

static jvmtiEnv *jvmti;
static jmethodID method;
static jlocation location;
// Slot of the local variable that is compared with `wanted`; -1: none is.
static jint slot = -1;
static jint wanted;
static volatile jlong seen;
static volatile jlong matched;

static void JNICALL on_breakpoint(jvmtiEnv *env, JNIEnv *jni, jthread thread, jmethodID in,
                                  jlocation at) {
  seen++;
  if (slot < 0) return;
  jint value;
  if ((*env)->GetLocalInt(env, thread, 0, slot, &value) == JVMTI_ERROR_NONE && value == wanted) {
    matched++;
  }
}

JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *vm, char *options, void *reserved) {
  if ((*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_1_2) != JNI_OK) return JNI_ERR;
  jvmtiCapabilities wants;
  memset(&wants, 0, sizeof wants);
  wants.can_generate_breakpoint_events = 1;
  wants.can_access_local_variables = 1;
  wants.can_get_line_numbers = 1;
  jvmtiEventCallbacks callbacks;
  memset(&callbacks, 0, sizeof callbacks);
  callbacks.Breakpoint = on_breakpoint;
  if ((*jvmti)->AddCapabilities(jvmti, &wants) != JVMTI_ERROR_NONE) return JNI_ERR;
  if ((*jvmti)->SetEventCallbacks(jvmti, &callbacks, sizeof callbacks) != JVMTI_ERROR_NONE) {
    return JNI_ERR;
  }
  return JNI_OK;
}

static void refused(JNIEnv *jni, const char *what, int error) {
  char text[80];
  snprintf(text, sizeof text, "%s: JVMTI error %d", what, error);
  (*jni)->ThrowNew(jni, (*jni)->FindClass(jni, "java/lang/IllegalStateException"), text);
}

// The place of `line` in the method, or an error if the table has none.
static jvmtiError place_of(jint line) {
  jint count;
  jvmtiLineNumberEntry *table;
  jvmtiError error = (*jvmti)->GetLineNumberTable(jvmti, method, &count, &table);
  if (error != JVMTI_ERROR_NONE) return error;
  error = JVMTI_ERROR_NOT_FOUND;
  for (jint at = 0; at < count && error != JVMTI_ERROR_NONE; at++) {
    if (table[at].line_number == line) {
      location = table[at].start_location;
      error = JVMTI_ERROR_NONE;
    }
  }
  (*jvmti)->Deallocate(jvmti, (unsigned char *)table);
  return error;
}

JNIEXPORT void JNICALL Java_bench_Breakpoint_set(JNIEnv *jni, jclass self, jclass of, jint line,
                                                 jint variable, jint value) {
  method = (*jni)->GetStaticMethodID(jni, of, "run", "(II)I");
  if (method == NULL) return;
  slot = variable;
  wanted = value;
  jvmtiError error = place_of(line);
  if (error != JVMTI_ERROR_NONE) return refused(jni, "no such line", error);
  error = (*jvmti)->SetBreakpoint(jvmti, method, location);
  if (error != JVMTI_ERROR_NONE) return refused(jni, "set the breakpoint", error);
  error = (*jvmti)->SetEventNotificationMode(jvmti, JVMTI_ENABLE, JVMTI_EVENT_BREAKPOINT, NULL);
  if (error != JVMTI_ERROR_NONE) refused(jni, "enable the event", error);
}

JNIEXPORT void JNICALL Java_bench_Breakpoint_clearIt(JNIEnv *jni, jclass self) {
  jvmtiError error = (*jvmti)->ClearBreakpoint(jvmti, method, location);
  if (error != JVMTI_ERROR_NONE) return refused(jni, "clear the breakpoint", error);
  (*jvmti)->SetEventNotificationMode(jvmti, JVMTI_DISABLE, JVMTI_EVENT_BREAKPOINT, NULL);
}

JNIEXPORT jlong JNICALL Java_bench_Breakpoint_seenEver(JNIEnv *jni, jclass self) { return seen; }

JNIEXPORT jlong JNICALL Java_bench_Breakpoint_matchedEver(JNIEnv *jni, jclass self) { return matched; }
