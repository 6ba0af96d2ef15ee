(* What people do with libvirt, in OCaml. usage: guest URI FOLDER *)
module C = Libvirt.Connect
module D = Libvirt.Domain
module P = Libvirt.Pool
module V = Libvirt.Volume

let text name =
  let file = open_in_bin (Filename.concat Sys.argv.(2) name) in
  let content = really_input_string file (in_channel_length file) in
  close_in file; content

let check what is = if not is then (prerr_endline what; exit 1)

let () =
  Libvirt.Event.register_default_impl ();
  let host = C.connect ~name:Sys.argv.(1) () in
  check "no name of the host" (C.get_hostname host <> "");
  let seen = ref [] in
  let heard _ event = seen := event :: !seen in
  ignore (Libvirt.Event.register_any host (Libvirt.Event.Lifecycle heard));
  let await is = while not (List.exists is !seen) do Libvirt.Event.run_default_impl () done in
  let domain = D.define_xml host (text "domain.xml") in
  D.create domain;
  let running = List.map D.get_name (D.get_domains host [D.ListActive]) in
  check "another list of running guests" (running = [D.get_name domain]);
  await (function `Started _ -> true | _ -> false);
  check "it doesn't run" ((D.get_info domain).D.state = D.InfoRunning);
  let pool = P.create_xml host (text "pool.xml") in
  V.create_xml pool (text "volume.xml");
  let seen_pool = P.const pool in
  check "another list of volumes" (P.list_volumes seen_pool (P.num_of_volumes seen_pool) = [| "data.img" |]);
  V.delete (V.lookup_by_name pool "data.img") V.Normal;
  P.destroy pool;
  D.destroy domain;
  await (function `Stopped _ -> true | _ -> false);
  (* The binding forgets what it has destroyed. *)
  D.undefine (D.lookup_by_name host "guest")
