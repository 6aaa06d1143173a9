"""The commands of the pages that test_pages.py does not run: who does, or what proves them."""

# Run by other tests, as they stand.
ELSEWHERE = {
    **{command: "tests/compose/test_compose.py" for command in (
        """echo '{"hello": "by hand"}' | docker compose exec -T bridge tailrace produce --brokers kafka:19092 --topic hello""",
        "docker compose kill bridge", "docker compose start bridge", "docker compose --profile scale up", "docker compose --profile monitoring up",
        "docker build -t tailrace .")},
    **{command: "tests/compose/test_compose2.py" for command in (
        "docker compose up --detach", "docker compose ps", "docker compose up --build --detach", "docker compose --profile scale --profile monitoring down")},
    "docker compose up": "tests/compose/conftest.py",
    "chmod -R a+rX ops": "tests/docs/test_image.py",
}
# Not run as they stand: why, and what proves them in which file.
STANDING_IN = {
    "PAGE_PORT=8081 KAFKA_PORT=9093 docker compose up": ("these ports may be taken; each stack of the tests has others, by the same variables",
                                                         "tests/compose/stack.py", '"PAGE_PORT", "KAFKA_PORT"'),
    "docker run --rm -p 127.0.0.1:8080:8080 tailrace serve --listen :8080 --public --brokers kafka:9092 --topics metrics": (
        "8080 may be taken, and it stays; it runs on another port, detached", "tests/compose/test_compose.py", 'commands_of_head("Dockerfile")'),
    "systemctl reload tailrace": ("no systemd runs here; what it would run does", "tests/proxies/test_service.py", '["ExecReload"]'),
    "systemd-analyze security --offline=true ops/systemd/tailrace.service": ("on copies, with what stands in the unit as comments, too",
                                                                             "tests/proxies/test_service.py", '"security", "--offline=true"'),
    "ops/build --tests release": ("minutes; it is what built the unit tests", "ops/test", "built --tests release"),
    "TAILRACE_UPDATE_GOLDEN=1 build/release/unit_config": ("it writes into this tree; without the variable it compares",
                                                           "tests/unit/config/words_test.cpp", 'expect_golden("ops/configuration.md"'),
    "npm run build -w tailrace": ("a part of what builds the page", "web/package.json", "npm run build -w tailrace"),
    "npm test -w tailrace": ("a part of the tests of web/", "web/package.json", "npm test --workspaces"),
    "tailrace demo": ("on ports that are free", "tests/integration/test_commands.py", 'running("demo"'),
    "tailrace load": ("with an address, as it wants one", "tests/integration/test_commands.py", 'run("load"'),
}
# Not run here: why, and with one more word, which is wrong, the script itself must object to that word and to no other. It reads
# its words before it does anything.
READ = {
    "ops/test": ("under an hour, and this test is in it", "no part 'nonsense'"),
    "ops/test quick": ("minutes; .ci/run runs it, for each change", "no part 'nonsense'"),
    "ops/test faults": ("an hour and more", "no part 'nonsense'"),
    "ops/bench": ("many minutes of both cores; its marks but the page's run at a tenth, below", "no mark 'nonsense'"),
    "ops/bench --quick": ("the page's minutes in Chromium; the other marks run, below", "no mark 'nonsense'"),
    "ops/bare ops/test unit": ("minutes of installing and building from nothing", "no part 'nonsense'"),
    "ops/bare tests/docs/stranger": ("the same; tests/docs/test_demo.py runs the script here", "can't make sense of 'nonsense'"),
}
