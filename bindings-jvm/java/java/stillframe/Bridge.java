// What the Java half of a capture asks of the native library.
//
// Knows no value and no site. Invariant: each of these is called on an application's thread, so none
// of them may run code of the application, throw, or wait.

package java.stillframe;

final class Bridge {
  private Bridge() {}

  /**
   * The fields that objects of a class have of this very class, its superclasses left out:
   * {@code {name, signature, name, signature, …}} in the order of the class file. Called once for each
   * class and superclass of an object that a capture meets, never for an array.
   *
   * <p>From JVMTI's GetClassFields, GetFieldModifiers and GetFieldName, because reflection is no way:
   * making a java.lang.reflect.Field loads the field's type through the application's class loader,
   * which is code of the application. Left out are static fields (0x0008) and synthetic ones (0x1000)
   * except those whose names begin with {@code this$} or {@code val$}; and every field whose name
   * another field of the same class has too, static or not (obfuscators make such): the offset is
   * looked up by the name alone, and a number read as a reference would end the process. A signature is the JVM's
   * ({@code I}, {@code Ljava/lang/String;}); only its first character is looked at. At most 1,000
   * fields. Where JVMTI refuses: an empty array. Not null.
   */
  static native String[] describe(Class<?> type);

  /** Whether the redaction list of the core holds a name: {@code Redaction::name_text}. */
  static native boolean isRedacted(String name);
}
