# bash completion for plumb, made by: plumb completion bash
_plumb()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb='' after=0 i
    COMPREPLY=()
    # --flag=value comes as three words
    if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --source|-s|--git-mirror|--keyring|--require|--product|--component-timeout|--output|-o|--color|--progress|--jobs|-j|--timeout|--cache-dir|--policy|--policy-key|--at|--reason|--owner|--limit|--key|-k|--passphrase-file|--algorithm|--threshold|--trust-dir|--name|--expires|--log|--seen|--verifier|--resource|--chain-report|--min-level|--bundle|--packument|--trusted-root|--identity|--issuer|--registry-keys)
                i=$((i + 1)); [[ ${COMP_WORDS[i]} == = ]] && i=$((i + 1)) ;;
            -?*) ;;
            *)
                if [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; else after=$((after + 1)); fi ;;
        esac
    done
    case $prev in
        --output|-o)
            mapfile -t COMPREPLY < <(compgen -W 'text json jsonl html markdown sarif junit github gitlab ledger cyclonedx spdx dot intoto vsa' -- "$cur"); return ;;
        --git-mirror|--cache-dir|--trust-dir|--log)
            compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        --source|-s|--keyring|--product|--policy|--policy-key|--key|-k|--passphrase-file|--seen|--chain-report|--bundle|--packument|--trusted-root|--registry-keys)
            compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
        --color)
            mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
        --progress)
            mapfile -t COMPREPLY < <(compgen -W 'auto bar plain none' -- "$cur"); return ;;
        --algorithm)
            mapfile -t COMPREPLY < <(compgen -W 'ed25519 p256' -- "$cur"); return ;;
        --require|--component-timeout|--jobs|-j|--timeout|--at|--reason|--owner|--limit|--threshold|--name|--expires|--verifier|--resource|--min-level|--identity|--issuer)
            return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--source --history --no-history --git-mirror --keyring --require --product --component-timeout --again --no-again --output --quiet --no-quiet --verbose --no-verbose --color --progress --offline --no-offline --sandbox --no-sandbox --jobs --timeout --cache-dir --policy --policy-key --at --reason --owner --report-only --no-report-only --limit --key --passphrase-file --algorithm --threshold --trust-dir --name --expires --log --seen --verifier --resource --chain-report --min-level --bundle --packument --trusted-root --identity --issuer --registry-keys --recheck --no-recheck --all --no-all --help --no-help' -- "$cur")
        return
    fi
    case $verb in
        '')
            mapfile -t COMPREPLY < <(compgen -W 'check chain explain diff gate show attest verify key completion doctor waive policy trust log help version' -- "$cur"); return ;;
        help)
            mapfile -t COMPREPLY < <(compgen -W 'exit table check chain explain diff gate show attest verify key completion doctor waive policy trust log help version' -- "$cur"); return ;;
        explain)
            mapfile -t COMPREPLY < <(compgen -W 'archive.comment archive.concatenated archive.damaged archive.duplicate archive.gap archive.limit archive.overlap archive.polyglot archive.renamed archive.sparse archive.unpacked archive.unsafe-name bytecode.changed bytecode.foreign bytecode.foreign-import bytecode.header bytecode.lost bytecode.no-source bytecode.unknown-part chain.bad-manifest chain.bad-purl chain.conflict chain.dangling chain.duplicate chain.no-dependencies chain.source-package chain.timeout chain.unattached code.changed-function code.entry-unaccounted code.foreign-constant code.foreign-import code.foreign-library code.foreign-string code.ifunc code.in-padding code.loader code.misplaced-atom code.modified-string code.no-unwind code.opaque code.runpath code.syscall code.unaccounted-function code.unmatched-function data.high-entropy data.modified-table data.replaced-table data.unaccounted dep.undeclared file.crashed file.limit file.opaque file.privileged file.unaccounted image.code-outside-text image.damaged image.embedded-program image.foreign-section image.gap image.no-sections image.overlay image.unknown-stub image.unowned-section image.writable-code npm.entry-changed origin.mismatch origin.unsigned pkg.md5sums-mismatch policy.ignored pub.digest-mismatch python.entry-point script.install-hook script.lost-guard script.moved-code script.novel-code ship.edited ship.extra ship.missing ship.unowned sig.appended-data sig.digest-mismatch sig.unknown-digest source.patch text.unaccounted tree.added tree.committed-output tree.missing tree.modified-generated tree.moved tree.opaque-blob same.bytes program.too-large same.folded git.export-subst npm.manifest cargo.manifest cargo.lock cargo.vcs-info python.metadata python.script elf.structure pe.structure macho.structure data.array code.features elf.imports elf.strings data.referenced bytecode.python bytecode.java wasm.structure code.stranger code.opaque-kind text.template debian.binary-version debian.md5sums debian.conffiles debian.control debian.installed-size debian.shlibs debian.triggers debian.symbols debian.changelog debian.debhelper debian.templates desktop.entry xml.translated gettext.mo m4.frozen perl.autosplit perl.bootstrap perl.depends swig.python qt.qmldir script.map script.atoms text.coverage text.line text.sed json.stated completion.zsh cmake.written script.map-words generated.pieces generated.own data.packed man.page pod.man text.words text.printed-words html.markup text.markup text.space java.metadata archive.members archive.structure code.placed code.copy code.runtime code.padding code.foreign code.unmatched data.embedded data.classes data.crc data.rows data.pointer data.record data.switch data.vtable data.runtime data.padding go.table go.name bytecode.java-made wasm.name wasm.string wasm.code wasm.data elf.code elf.data elf.string elf.foreign elf.damaged pe.code pe.data pe.string pe.foreign pe.damaged macho.code macho.data macho.string macho.foreign macho.damaged wasm.damaged script.helper script.comment script.bare text.unquoted waiver.unaccounted waiver.opaque none literal.equal literal.tiled literal.nul-piece literal.vector-piece literal.word literal.file literal.macro-text literal.header literal.macro literal.build-value literal.characters literal.puts literal.type-name literal.signature literal.formatted literal.other-version literal.options literal.defined-name literal.rust-piece literal.rust-place literal.go-joined literal.go-version literal.swig literal.enum-nick literal.dbus literal.whole-file literal.concat literal.arms literal.configured literal.expanded-macro-text literal.text literal.lines literal.any-header' -- "$cur") ;;
        key)
            if [[ $after -eq 0 ]]; then mapfile -t COMPREPLY < <(compgen -W 'gen show' -- "$cur"); return; fi ;;
        completion)
            if [[ $after -eq 0 ]]; then mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur"); return; fi ;;
        policy)
            if [[ $after -eq 0 ]]; then mapfile -t COMPREPLY < <(compgen -W 'check show test baseline sign' -- "$cur"); return; fi ;;
        trust)
            if [[ $after -eq 0 ]]; then mapfile -t COMPREPLY < <(compgen -W 'add ls rm' -- "$cur"); return; fi ;;
    esac
    [[ ${#COMPREPLY[@]} -gt 0 ]] && return
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
complete -F _plumb plumb
