# Each target is one line to the bootstrap; `python3 dev.py TARGET` is the same without make.
# More words for it go into ARGS: make test ARGS="-k queue"
.PHONY: demo test test-kill test-slow check bench lock clean

demo:
	@python3 dev.py demo $(ARGS)

test:
	@python3 dev.py test $(ARGS)

test-kill:
	@python3 dev.py test-kill $(ARGS)

test-slow:
	@python3 dev.py test-slow $(ARGS)

check:
	@python3 dev.py check $(ARGS)

bench:
	@python3 dev.py bench $(ARGS)

lock:
	@python3 dev.py lock $(ARGS)

clean:
	@python3 dev.py clean $(ARGS)
