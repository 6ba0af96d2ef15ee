import LinuxSystem
import QEMUModel

extension HugepageMount {
    /// Where this host has huge pages mounted now; one place for each size of page. May wait.
    static func mounted() -> [HugepageMount] {
        let mounts = (try? FileSystem.readText("/proc/self/mounts", limit: 4 << 20)) ?? ""
        let memory = (try? FileSystem.readText("/proc/meminfo")) ?? ""
        return found(in: mounts, defaultSize: defaultSize(in: memory))
    }
}
