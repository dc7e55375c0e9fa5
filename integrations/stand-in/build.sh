#!/usr/bin/env bash
# Builds Babelfish for PostgreSQL, a stand-in for SQL Server in tests.
#
#   build.sh SOURCES PREFIX [BUILD]
#
# SOURCES holds three unpacked source trees, which stay untouched:
#   postgresql_modified_for_babelfish   tag BABEL_4_2_0__PG_16_3
#   babelfish_extensions                tag BABEL_4_2_0
#   antlr4                              tag 4.9.3 (the version of the jar in the extensions)
# PREFIX is the installation's folder. BUILD holds the objects (default SOURCES/build);
# kept, it makes the next run short.
#
# Debian packages: gcc g++ make bison flex perl cmake pkg-config default-jre-headless
#   libicu-dev libxml2-dev libssl-dev zlib1g-dev uuid-dev libossp-uuid-dev libutfcpp-dev
set -euo pipefail

usage() {
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
}

run_make() { nice -n 10 make -s -j"$(nproc)" "$@"; }

check_sources() {
  local file
  for file in "$engine/configure" "$extensions/contrib/babelfishpg_tsql/Makefile" \
    "$antlr/runtime/Cpp/CMakeLists.txt"; do
    [[ -f $file ]] || { echo "missing: $file" >&2; exit 1; }
  done
}

build_engine() {
  mkdir -p "$build/engine"
  cd "$build/engine"
  [[ -f config.status ]] || "$engine/configure" --quiet --prefix="$prefix" CFLAGS=-O2 \
    --with-icu --with-libxml --with-openssl --with-uuid=ossp --without-readline
  run_make
  make -s install
  run_make -C contrib/uuid-ossp
  make -s -C contrib/uuid-ossp install
}

# Static, so that the T-SQL extension needs no library outside PREFIX.
build_antlr_runtime() {
  # The runtime's own build writes into its source tree.
  copy "$antlr/runtime/Cpp" "$build/antlr"
  nice -n 10 cmake -S "$build/antlr" -B "$build/antlr/build" -Wno-dev --log-level=ERROR \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DWITH_DEMO=False
  run_make -C "$build/antlr/build" antlr4_static
}

build_extensions() {
  copy "$extensions/contrib" "$build/contrib"
  sed -i "s#^SET (MYDIR .*#SET (MYDIR $build/antlr/runtime/src)#" \
    "$build/contrib/babelfishpg_tsql/antlr/CMakeLists.txt"

  fix_known_bugs

  local name
  for name in money common tds tsql; do
    build_extension "babelfishpg_$name"
  done
}

# Without these a table-valued parameter turns values into NULL at random (the flags are not
# initialised) and breaks on a string with a quotation mark, and a pooled connection that was
# closed inside BEGIN TRANSACTION hands that transaction on to its next user.
fix_known_bugs() {
  local tds=$build/contrib/babelfishpg_tds/src/backend/tds
  grep -q 'palloc0(nargs' "$tds/tdstypeio.c" || sed -i "$tds/tdstypeio.c" \
    -e 's/nulls = palloc(nargs/nulls = palloc0(nargs/' \
    -e "s/\"%s,\\\\'%s\\\\'\", currentQuery, temp->data/\"%s,%s\", currentQuery, quote_literal_cstr(temp->data)/"
  grep -q 'NestedTranCount = 0' "$tds/tdsprotocol.c" || sed -i "$tds/tdsprotocol.c" \
    -e '/^ResetTDSConnection/,/^}/s/AbortOutOfAnyTransaction();/&\n\tNestedTranCount = 0;/'
}

build_extension() {
  local vars=(
    # Two of the makefiles include PGXS twice, which makes srcdir refer to itself.
    srcdir=.
    # Some of the makefiles replace CFLAGS, and with them the optimisation and the engine's
    # -fwrapv and -fno-strict-aliasing; all ask for -Werror, which newer compilers fail.
    # Tentative definitions in several files need -fcommon, the default before GCC 10.
    CFLAGS="$("$PG_CONFIG" --cflags) -fcommon -w -Wno-error"
    CXXFLAGS="-O2 -w -Wno-error"
    ANTLR4_JAVA_BIN=java
    ANTLR4_RUNTIME_INCLUDE_DIR="$build/antlr/runtime/src"
    ANTLR4_RUNTIME_LIB_DIR="$build/antlr/dist"
    ANTLR4_RUNTIME_LIB="-l:libantlr4-runtime.a -luuid"
  )
  # The makefile does not say that its objects need what these generate, so -j fails without.
  local generated=()
  if [[ $1 == babelfishpg_tsql ]]; then
    generated=(antlr/libantlr_tsql.a src/pl_gram.h src/backend_parser/gram-backend.h
      src/backend_parser/kwlist_d.h src/fts_scan.c src/fts_parser.c)
    run_make -C "$build/contrib/$1" "${vars[@]}" "${generated[@]}"
  fi
  run_make -C "$build/contrib/$1" "${vars[@]}"
  make -s -C "$build/contrib/$1" "${vars[@]}" install
}

# Copies only what is newer, so that an unchanged file is not built again.
copy() {
  mkdir -p "$2"
  cp -r -u --preserve=timestamps "$1/." "$2/"
}

[[ $# -eq 2 || $# -eq 3 ]] || usage
sources=$(realpath "$1")
prefix=$(realpath -m "$2")
build=$(realpath -m "${3:-$sources/build}")
engine=$sources/postgresql_modified_for_babelfish
extensions=$sources/babelfish_extensions
antlr=$sources/antlr4
export PG_CONFIG=$prefix/bin/pg_config PG_SRC=$engine cmake=cmake

check_sources
(build_engine)
build_antlr_runtime
build_extensions
echo "Babelfish is in $prefix"
