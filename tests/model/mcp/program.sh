# A server of the Model Context Protocol over its standard input and output. It behaves by the word in `$DIR/way`, and notes in
# `$DIR` what it was asked.
echo start >>"$DIR/starts"
env >"$DIR/env"
echo 'Calendar server 1.0 is ready.'
echo "token is $TOKEN" >&2

answer() {
    printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$1" "$2"
}

while IFS= read -r line; do
    id=${line#*\"id\":}
    id=${id%%[,\}]*}
    read -r way <"$DIR/way"
    case $line in
    *'"method":"initialize"'*)
        case $way in
        dies_first)
            echo "the token $TOKEN is refused" >&2
            exit 3
            ;;
        mute_first) continue ;;
        esac
        answer "$id" '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}'
        ;;
    *'"method":"tools/list"'*)
        answer "$id" "$(cat "$DIR/tools.json")"
        ;;
    *'"method":"tools/call"'*)
        printf '%s\n' "$line" >>"$DIR/calls"
        case $way in
        answers) answer "$id" '{"content":[{"type":"text","text":"number 2077"}]}' ;;
        answers_and_ends)
            answer "$id" '{"content":[{"type":"text","text":"number 2077"}]}'
            exit 0
            ;;
        is_error) answer "$id" '{"content":[{"type":"text","text":"the day is full"}],"isError":true}' ;;
        refuses)
            printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32602,"message":"no such day, %s"}}\n' "$id" "$TOKEN"
            ;;
        dies) exit 3 ;;
        closes) exec >&- ;;
        half)
            printf '{"jsonrpc":"2.0","id":%s,"res' "$id"
            exit 0
            ;;
        giant)
            printf '{"jsonrpc":"2.0","id":%s,"result":{"content":"' "$id"
            while :; do echo 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; done | tr -d '\n'
            ;;
        sized) cat "$DIR/answer" ;;
        chatters) while :; do echo 'this is no message'; done ;;
        other_id) answer 99999 '{"content":[]}' ;;
        silent) ;;
        asks)
            echo '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hello"}}'
            echo '[1, "no message", null]'
            echo '{"jsonrpc":"2.0","id":"p","method":"ping"}'
            echo '{"jsonrpc":"2.0","id":1,"method":"roots/list"}'
            echo '{"jsonrpc":"2.0","id":2,"method":"sampling/createMessage","params":{"messages":[]}}'
            read -r a
            read -r b
            read -r c
            printf '%s\n' "$a" "$b" "$c" >"$DIR/told"
            answer "$id" '{"content":[{"type":"text","text":"number 2077"}]}'
            ;;
        leaves_a_child)
            sleep 1000 &
            echo $! >"$DIR/child"
            answer "$id" '{"content":[]}'
            ;;
        esac
        ;;
    *'"method":"ping"'*) [ "$way" = silent ] || printf '{"jsonrpc":"2.0","id":"ping","result":{}}\n' ;;
    *) printf '%s\n' "$line" >>"$DIR/other" ;;
    esac
done
echo end >>"$DIR/ends"
