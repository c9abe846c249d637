// The other classes of the application.
//
// Knows nothing of conditions. Invariant: a method that is no getter would be noticed if it ran.

package shop;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** A method that returns a field and does nothing else. */
@Retention(RetentionPolicy.RUNTIME)
@interface Read {}

enum Status {
  OPEN,
  CLOSED
}

class User {
  protected final int id;
  String title = "user";

  User(int id) {
    this.id = id;
  }

  @Read
  int getId() {
    return id;
  }
}

class Member extends User {
  /** Hides the field of the superclass. */
  String title = "member";

  Member(int id) {
    super(id);
  }

  @Override
  int getId() {
    throw new IllegalStateException("a method of the application ran");
  }
}

record Item(String title, int size) {}
