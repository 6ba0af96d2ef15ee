import Roost
import Virt

extension Command {
    static let poolStart = Command(
        "pool-start", "start a (previously defined) inactive pool", description: "Start a storage pool.",
        options: [
            .pool, .flag("build", "build the pool first"), .flag("no-overwrite", "keep what is there"),
            .flag("overwrite", "overwrite what is there"),
        ]
    ) { session, arguments in
        let flags = try arguments.poolBuilding()
        let pool = try await session.pool(arguments)
        try await explaining("Failed to start pool \(pool.reference.name)") {
            try await pool.create(flags: flags)
        }
        session.output.note("Pool \(pool.reference.name) started\n")
    }

    static let poolDestroy = Command(
        "pool-destroy", "destroy (stop) a pool", description: "Stop a storage pool; its data stays.",
        options: [.pool]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        try await explaining("Failed to destroy pool \(pool.reference.name)") { try await pool.destroy() }
        session.output.note("Pool \(pool.reference.name) destroyed\n")
    }

    static let poolUndefine = Command(
        "pool-undefine", "undefine an inactive pool", description: "Remove the definition of a storage pool.",
        options: [.pool]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        try await explaining("Failed to undefine pool \(pool.reference.name)") { try await pool.undefine() }
        session.output.note("Pool \(pool.reference.name) has been undefined\n")
    }

    static let poolRefresh = Command(
        "pool-refresh", "refresh a pool", description: "Have a storage pool look what it contains.",
        options: [.pool]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        try await explaining("Failed to refresh pool \(pool.reference.name)") {
            try await pool.refresh(flags: 0)
        }
        session.output.note("Pool \(pool.reference.name) refreshed\n")
    }

    static let poolAutostart = Command(
        "pool-autostart", "autostart a pool", description: "Have a storage pool started with the host.",
        options: [.pool, .flag("disable", "disable autostarting")]
    ) { session, arguments in
        let pool = try await session.pool(arguments)
        let name = pool.reference.name
        let wanted = !arguments.has("disable")
        try await explaining("failed to \(wanted ? "" : "un")mark pool \(name) as autostarted") {
            try await pool.setAutostart(autostart: wanted)
        }
        session.output.note("Pool \(name) \(wanted ? "" : "un")marked as autostarted\n")
    }
}
