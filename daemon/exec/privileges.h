// The rights that an isolated program has among those of its user: capabilities and system calls.
// Keeps: no program that it, or a process that it becomes, executes gets back any of what was given
// up.
#pragma once

namespace muster {

// Also for all that comes of us. False with errno.
bool give_up_privileges();

// The filter of system calls: see filter.cc. To be called while we may still mount, or have no way
// to new privileges. False with errno.
bool refuse_system_calls();

// The last step before exec, for a process that has given up privileges: has the kernel say that
// they are gone, and takes the way to new ones from every user but root. True for all others.
bool are_privileges_settled();

// For a process that has become another user, who is not root: none are left.
bool give_up_all_capabilities();

}  // namespace muster
