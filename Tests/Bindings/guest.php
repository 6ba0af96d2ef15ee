<?php
// What people do with libvirt, in PHP. usage: php guest.php URI FOLDER
[, $uri, $folder] = $argv;

function check($is, $what) {
    if (!$is) {
        fwrite(STDERR, "$what: " . libvirt_get_last_error() . "\n");
        exit(1);
    }
    return $is;
}

function text($name) {
    global $folder;
    return file_get_contents("$folder/$name");
}

$host = check(libvirt_connect($uri, false), "connect");
check(libvirt_connect_get_hostname($host), "hostname");
$domain = check(libvirt_domain_define_xml($host, text("domain.xml")), "define");
check(libvirt_domain_create($domain), "start");
check(libvirt_list_active_domains($host) == [libvirt_domain_get_name($domain)], "list");
check(libvirt_domain_get_info($domain)["state"] == VIR_DOMAIN_RUNNING, "state");
check(libvirt_domain_snapshot_create($domain), "snapshot");
check(count(libvirt_list_domain_snapshots($domain)) == 1, "snapshots");
$pool = check(libvirt_storagepool_define_xml($host, text("pool.xml")), "pool");
check(libvirt_storagepool_create($pool), "pool's start");
$volume = check(libvirt_storagevolume_create_xml($pool, text("volume.xml")), "volume");
check(libvirt_storagevolume_get_info($volume)["capacity"] == 1 << 20, "size");
check(libvirt_storagevolume_delete($volume), "delete");
check(libvirt_storagepool_destroy($pool), "pool's end");
check(libvirt_storagepool_undefine($pool), "pool's undefinition");
check(libvirt_domain_destroy($domain), "destroy");
check(libvirt_domain_undefine_flags($domain, VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA), "undefine");
