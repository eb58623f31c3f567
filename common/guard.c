#include "common/guard.h"

#include "common/memory.h"

#include <setjmp.h>
#include <stdint.h>
#include <unistd.h>
#include <unwind.h>

/* The exception is here, for the frame that began it is gone before the others are left. */
struct guard {
	struct guard *outer;
	uintptr_t frame;
	pid_t process; /* a child that was forked inside is not guarded: the way back is its
			  parent's */
	bool leaving;
	struct _Unwind_Exception exception;
	jmp_buf back;
};

/* State of the stack itself, of which each thread has one: what fails to allocate knows none of its
 * callers, and between them stand frames of libraries that would not pass a guard on. */
static _Thread_local struct guard *innermost;

/* Called before each frame is left. The first above the guard's own frame is its caller's. */
static _Unwind_Reason_Code next_frame(int version, _Unwind_Action actions,
				      _Unwind_Exception_Class class,
				      struct _Unwind_Exception *exception,
				      struct _Unwind_Context *context, void *ctx)
{
	struct guard *guard = ctx;
	(void)version, (void)class, (void)exception;
	if (actions & _UA_END_OF_STACK)
		mem_hopeless();
	if (_Unwind_GetCFA(context) > guard->frame)
		longjmp(guard->back, 1);
	return _URC_NO_REASON;
}

void guard_leave(void)
{
	struct guard *guard = innermost;
	if (!guard || guard->leaving || guard->process != getpid())
		return;
	guard->leaving = true;
	_Unwind_ForcedUnwind(&guard->exception, next_frame, guard);
}

int mem_guard(int (*work)(void *ctx, struct error *err), void *ctx, struct error *err)
{
	struct guard guard = {.outer = innermost,
			      .frame = (uintptr_t)__builtin_frame_address(0),
			      .process = getpid()};
	if (setjmp(guard.back)) {
		innermost = guard.outer;
		return error_exhausted(err);
	}
	innermost = &guard;
	int status = work(ctx, err);
	innermost = guard.outer;
	return status;
}
