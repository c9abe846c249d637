//! A snapshot's JSON: what `-o json`, sinks and the hub's API print, one object a snapshot.
