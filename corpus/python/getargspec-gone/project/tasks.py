import inspect


def task(body):
    return inspect.getargspec(body).args


@task
def build(target):
    print(target)
